// The comfort of a spreadsheet over a form that works without it: moving with the keyboard, pasting rows, checking while
// typing, saving while typing. The server decides everything; this only asks it earlier.
(() => {
  "use strict";
  const form = document.getElementById("sheet");
  if (!form) return;
  const cells = [...form.querySelectorAll("[data-cell]")];
  const notes = [...form.querySelectorAll("[data-note]")];
  const told = document.getElementById("saved");
  const words = form.dataset;

  const problemOf = (cell) => document.getElementById(`e-${cell.name.slice(2)}`);

  const show = (cell, text) => {
    const place = problemOf(cell);
    cell.classList.toggle("is-invalid", Boolean(text));
    // The value is said: an empty aria-invalid means "not wrong".
    if (text) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    cell.closest("tr").classList.toggle("wrong", Boolean(text));
    if (place) {
      place.textContent = text;
      place.hidden = !text;
    }
  };

  // The same shapes as numbers.py accepts; the server has the last word.
  const check = (cell) => {
    const text = cell.value.replace(/\s/g, "");
    const decimals = Number(cell.dataset.decimals);
    if (text === "" || text === "-" || text === "–") return show(cell, "");
    const match = /^(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?$/.exec(text);
    if (!match) return show(cell, words.wrong);
    if (match[1] && match[1].replace(/0+$/, "").length > decimals) {
      return show(cell, decimals ? words.wrong : words.whole);
    }
    return show(cell, "");
  };

  // Moving: up, down and Enter within a column, Tab as ever.
  const columns = [cells, notes];
  form.addEventListener("keydown", (event) => {
    const column = columns.find((list) => list.includes(event.target));
    if (!column || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const at = column.indexOf(event.target);
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = column[at + (event.key === "Enter" && event.shiftKey ? -1 : step)];
      if (next) {
        next.focus();
        next.select();
      }
      return;
    }
    const { selectionStart: from, selectionEnd: to, value } = event.target;
    const other = columns[column === cells ? 1 : 0][at];
    if (event.key === "ArrowRight" && column === cells && from === value.length && to === from && other) {
      event.preventDefault();
      other.focus();
    } else if (event.key === "ArrowLeft" && column === notes && from === 0 && to === 0 && other) {
      event.preventDefault();
      other.focus();
    }
  });

  // Pasting rows from Excel: one row a line, figure and note separated by a tab.
  form.addEventListener("paste", (event) => {
    const column = columns.find((list) => list.includes(event.target));
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!column || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    const start = column.indexOf(event.target);
    text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, index) => {
      line.split("\t").forEach((value, across) => {
        const target = columns[columns.indexOf(column) + across]?.[start + index];
        if (target) {
          target.value = value.trim();
          if (target.dataset.cell !== undefined) check(target);
        }
      });
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Saving while typing. One request at a time; a failed one is tried again with what stands there then.
  let timer = 0;
  let running = false;
  let changed = false;
  let stopped = false;
  let leaving = false;

  const save = async () => {
    window.clearTimeout(timer);
    if (running || !changed || stopped) return;
    running = true;
    changed = false;
    told.textContent = words.saving;
    try {
      const answer = await fetch(form.action || location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "error",
      });
      const said = await answer.json();
      if (!answer.ok) {
        // Somebody else saved, or the draft was signed: only the whole form can sort that out.
        stopped = true;
        told.textContent = [said.what, said.why, said.how].filter(Boolean).join(" ");
      } else {
        form.elements.row_version.value = said.row_version;
        for (const cell of cells) if (said.problems[cell.name]) show(cell, said.problems[cell.name]);
        told.textContent = `${words.saved} ${said.saved}`;
      }
    } catch {
      changed = true;
      told.textContent = words.offline;
      timer = window.setTimeout(save, 10000);
    }
    running = false;
    if (changed && !stopped) timer = window.setTimeout(save, 1200);
  };

  form.addEventListener("input", (event) => {
    if (event.target.dataset?.cell !== undefined) check(event.target);
    changed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
})();
