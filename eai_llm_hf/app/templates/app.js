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
/** Refuses files that are too large in words below the upload: Gradio would tell it in a message that vanishes, and take
 *  no other file afterwards. */
const refuseTooLarge = (event) => {
  const upload = event.target.closest?.("#upload");
  if (!upload) return;
  document.getElementById("too-large")?.remove();
  const files = Array.from((event.dataTransfer ?? event.target).files ?? []);
  const large = files.filter((file) => file.size > {{ largest_mb }} * 1e6);
  if (!large.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === "change") event.target.value = "";
  const words = large.map((file) => made("p", { class: "error" }, `${file.name} has ${Math.ceil(file.size / 1e6)} MB; here a file may have {{ largest_mb }} MB. Cut the recording, or use the command eai-llm explain on your machine.`));
  upload.after(made("div", { id: "too-large", class: "eai problem", role: "alert" }, ...words));
};
for (const kind of ["change", "drop"]) document.addEventListener(kind, refuseTooLarge, true);

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
