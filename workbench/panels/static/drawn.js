// Plotly's library, which the kernel gives when it is asked; shared by all figures of a page.
const LIBRARIES = (globalThis.workbenchPlotly = globalThis.workbenchPlotly || {});
let Plotly = null;

function withPlotly(model, then) {
  const wanted = model.get("library");
  const found = () => LIBRARIES[wanted] || LIBRARIES.full;
  // What a figure began with it is drawn with to its end.
  const begin = () => {
    Plotly = Plotly || found();
    then();
  };
  if (Plotly || found()) {
    begin();
    return () => {};
  }
  const heard = (message, buffers) => {
    if (message.library !== wanted) return;
    model.off("msg:custom", heard);
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }));
    import(/* @vite-ignore */ url).then((module) => {
      URL.revokeObjectURL(url);
      LIBRARIES[wanted] = LIBRARIES[wanted] || module.default;
      begin();
    });
  };
  model.on("msg:custom", heard);
  model.send({ event: "library" });
  return () => model.off("msg:custom", heard);
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
