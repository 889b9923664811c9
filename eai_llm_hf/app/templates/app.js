// Starts the player of each result that appears on the page, and hands files to the browser without the server.
const begin = () => {
  document.querySelectorAll("article.eai:not([data-begun])").forEach((article) => {
    article.dataset.begun = "";
    article.player = start(article);
  });
  // On a phone what a visitor asked for comes below the controls: what is new is scrolled into view, once.
  document.querySelectorAll(".waiting:not([data-shown]), .problem:not([data-shown]), .result .head:not([data-shown])").forEach((fresh) => {
    fresh.dataset.shown = "";
    const { top } = fresh.getBoundingClientRect();
    if (top < 0 || top > 0.7 * window.innerHeight) fresh.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  });
};
new MutationObserver(begin).observe(document, { childList: true, subtree: true });

/** Saves a file `{name, type, text}`; null stands for nothing to save. */
window.eaiSave = (file) => {
  if (!file) return;
  const link = made("a", { download: file.name, href: URL.createObjectURL(new Blob([file.text], { type: file.type })) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
