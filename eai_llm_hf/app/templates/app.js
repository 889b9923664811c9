// Starts the player of each result that appears on the page, and hands files to the browser without the server.
const begin = () => {
  document.querySelectorAll("article.eai:not([data-begun])").forEach((article) => {
    article.dataset.begun = "";
    article.player = start(article);
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
