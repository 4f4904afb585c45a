// <time datetime="…Z"> is sent in UTC; shows it in the reader's own time and keeps UTC in the title.
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function bind(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  time.title = time.textContent.trim();
  time.textContent = whole.format(at);
}
