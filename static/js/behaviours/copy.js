// A button that copies the text of the element named by data-copy-from and says so for a moment.
export function bind(button) {
  const label = button.querySelector("[data-copy-label]") ?? button;
  const before = label.textContent;
  let timer;

  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copyFrom);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      label.textContent = button.dataset.copyDone ?? "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      label.textContent = "Selected: copy it with the keyboard";
    }
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = before), 2500);
  });
}
