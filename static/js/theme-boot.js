// Runs before the first paint (a classic script in the head), so that neither the theme nor parts for
// readers without JavaScript flicker.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's theme is then right.
  }
})();
