// A group of radios: system, light, dark. Kept in this browser only.
export function bind(group) {
  const root = document.documentElement;
  const chosen = root.dataset.theme ?? "system";
  const radio = group.querySelector(`input[value="${chosen}"]`);
  if (radio) radio.checked = true;

  group.addEventListener("change", (event) => {
    const theme = event.target.value;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Storage may be forbidden; the choice then holds for this page.
    }
  });
}
