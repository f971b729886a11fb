// The address names the passage; this brings the quoted words in it to the middle of the window.

addEventListener("load", () => {
  const words = document.querySelector("mark.words") ?? document.querySelector("mark.quote");
  words?.scrollIntoView({ block: "center", behavior: "instant" });
});
