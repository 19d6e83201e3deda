// Asks the kernel for news while somebody looks, and asks again only when it has answered.
// When the page is gone nothing asks any more, so nothing in the kernel keeps working for it.
const VISIBLE_MS = 400;
const HIDDEN_MS = 3000;

function render({ model, el }) {
  el.classList.add("wb-pulse");
  let timer = null;
  let waiting = false;
  const ask = () => {
    waiting = true;
    try {
      model.send({ tick: true });
    } catch {
      // The kernel is gone, and with it everything that could answer.
      clearTimeout(timer);
    }
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
  // Esc keeps what somebody was asked whether to destroy.
  const onKey = (event) => {
    const app = event.key === "Escape" ? el.closest(".wb-app") : null;
    if (app?.contains(event.target)) app.querySelector(".wb-keep")?.click();
  };
  document.addEventListener("keydown", onKey);
  model.on("msg:custom", onAnswer);
  document.addEventListener("visibilitychange", onVisible);
  ask();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("keydown", onKey);
    model.off("msg:custom", onAnswer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

export default { render };
