// Asks the kernel for news while somebody looks, and asks again only when it has answered.
// When the page is gone nothing asks any more, so nothing in the kernel keeps working for it.
const VISIBLE_MS = 400;
const HIDDEN_MS = 3000;

function isDark() {
  const lab = document.body.dataset.jpThemeLight;
  if (lab) return lab === "false";
  const colour = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g);
  return colour ? colour.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) < 384 : false;
}

function render({ model, el }) {
  el.classList.add("wb-pulse");
  let timer = null;
  let waiting = false;
  const ask = () => {
    waiting = true;
    model.send({ tick: true, dark: isDark(), lab: Boolean(document.querySelector("#jp-main-content-panel")) });
  };
  const onAnswer = () => {
    waiting = false;
    clearTimeout(timer);
    timer = setTimeout(ask, document.hidden ? HIDDEN_MS : VISIBLE_MS);
  };
  const onVisible = () => {
    if (!document.hidden && !waiting) {
      clearTimeout(timer);
      ask();
    }
  };
  model.on("msg:custom", onAnswer);
  document.addEventListener("visibilitychange", onVisible);
  ask();
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", onAnswer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

export default { render };
