// Applies the chosen theme before the first paint. It is a file of its own because the
// server's content security policy refuses inline scripts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("runbook.theme");
  } catch {
    choice = null;
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
