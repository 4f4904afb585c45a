// On a <dialog>: shows it when it carries data-dialog-show, closes it by [data-dialog-close] or a press on the
// backdrop, gives the focus back. On any other element: opens the dialog named by data-dialog-open.
let lastFocused = null;

function show(dialog) {
  if (dialog.open) return;
  const active = document.activeElement;
  lastFocused = active && active !== document.body ? active : lastFocused;
  dialog.returnFocusTo = lastFocused;
  dialog.showModal();
}

function bindDialog(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnFocusTo?.isConnected) dialog.returnFocusTo.focus();
    if (dialog.parentElement?.id === "dialog-host") dialog.remove();
  });
  if ("dialogShow" in dialog.dataset) show(dialog);
}

function bindOpener(opener) {
  opener.addEventListener("click", (event) => {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog?.showModal) return;
    event.preventDefault();
    opener.focus();
    show(dialog);
  });
}

export function bind(element) {
  if (element instanceof HTMLDialogElement) bindDialog(element);
  else bindOpener(element);
}

// A button that a request disables loses the focus before its answer comes: remember it while it still has it.
document.addEventListener("focusin", (event) => {
  if (!event.target.closest("dialog")) lastFocused = event.target;
});
