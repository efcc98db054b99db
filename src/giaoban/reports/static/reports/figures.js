// One key for what a button does: `data-press="a"` around a form. Never while somebody is typing.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const button = document.querySelector(`[data-press="${CSS.escape(event.key)}"] button`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
})();
