// Marks an element that htmx refreshes by itself: no requests while nobody looks, one as soon as somebody does.
export function bind(element) {
  element.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === element && document.hidden) event.preventDefault();
  });
  const refresh = () => {
    if (!element.isConnected) document.removeEventListener("visibilitychange", refresh);
    else if (!document.hidden) window.htmx?.trigger(element, "refresh");
  };
  document.addEventListener("visibilitychange", refresh);
}
