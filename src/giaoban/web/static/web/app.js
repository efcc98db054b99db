/* Comforts only: every page works without this file. */
"use strict";

// "/" goes to the search of the page, Escape closes open menus.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
  if (event.key === "Escape") {
    for (const pop of document.querySelectorAll("details.pop[open]")) {
      pop.open = false;
      pop.querySelector("summary").focus();
    }
  }
});

// A click elsewhere closes open menus.
document.addEventListener("click", (event) => {
  for (const pop of document.querySelectorAll("details.pop[open]")) {
    if (!pop.contains(event.target)) pop.open = false;
  }
});

// A form is sent once, however often its button is pressed. Coming back frees it, and so does time: a download keeps the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Leaving a page with something typed and not sent asks first: drafts are never lost.
const typed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) typed.add(form);
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) typed.clear();
});
window.addEventListener("beforeunload", (event) => {
  if (typed.size) event.preventDefault();
});

// data-print: a button that prints; data-submit: a control that sends its form when changed.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// After a refused form the list of mistakes is read first.
const problem = document.querySelector('.notice[data-kind="problem"]');
if (problem) {
  problem.tabIndex = -1;
  problem.focus();
}
