// Plotly's library, which the kernel gives when it is asked; shared by all figures of a page.
const LIBRARIES = (globalThis.workbenchPlotly = globalThis.workbenchPlotly || {});
// What a model asked for, so that it comes once however many views want it.
const asked = new WeakMap();
let Plotly = null;

// Plotly reads tags in all it writes: what people typed, and what a file is named, stays text.
const escaped = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function withPlotly(model, then) {
  let wanted = true;
  if (!asked.has(model)) asked.set(model, library(model));
  asked.get(model).then((found) => {
    // What a figure began with it is drawn with to its end.
    Plotly = Plotly || found;
    if (wanted) then();
  });
  return () => (wanted = false);
}

function library(model) {
  const name = model.get("library");
  const found = () => LIBRARIES[name] || LIBRARIES.full;
  if (found()) return Promise.resolve(found());
  return new Promise((resolve, reject) => {
    const heard = (message, buffers) => {
      if (message.library !== name) return;
      model.off("msg:custom", heard);
      const url = URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }));
      const read = found() ? Promise.resolve() : import(/* @vite-ignore */ url);
      read.then((module) => {
        URL.revokeObjectURL(url);
        if (module) LIBRARIES[name] = LIBRARIES[name] || module.default;
        resolve(found());
      }, reject);
    };
    model.on("msg:custom", heard);
    model.send({ event: "library" });
  });
}

// Keeps what Plotly draws in `place` up to date: with the model's figure, with its size and with
// the theme. `draw` is given the figure and the colours of text and of lines behind.
function keepDrawn(model, el, place, draw) {
  let waiting = 0;
  const now = () => {
    waiting = 0;
    // What is hidden has no width: its surroundings tell whether anybody looks.
    if (!Plotly || !place.isConnected || !el.clientWidth) return;
    const ink = getComputedStyle(el).color;
    draw(model.get("figure"), ink, ink.replace(/^rgba?\(([^,]+),([^,]+),([^,)]+).*$/, "rgba($1,$2,$3,0.14)"));
  };
  // However many changes come at once, a frame is drawn once.
  const soon = () => {
    if (!waiting) waiting = requestAnimationFrame(now);
  };
  const size = new ResizeObserver(() => (el.clientWidth ? soon() : null));
  size.observe(el);
  const theme = new MutationObserver(soon);
  theme.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-name", "data-jp-theme-light"] });
  model.on("change:figure", soon);
  const forget = withPlotly(model, soon);
  const stop = () => {
    cancelAnimationFrame(waiting);
    size.disconnect();
    theme.disconnect();
    model.off("change:figure", soon);
    forget();
    if (Plotly) Plotly.purge(place);
  };
  return { soon, stop };
}
