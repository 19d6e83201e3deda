// What Voila calls while the page is made, and the moment the skeleton gives way to the workbench.
window.voila_heartbeat = () => {};
window.voila_process = () => {};
window.update_loading_text = () => {};
window.display_cells = () => {};
window.voila_finish = () => {};

(() => {
  const seen = '.wb-app, .jp-RenderedText, .jp-mod-error';
  const cells = () => document.getElementById('rendered_cells');
  const show = () => {
    if (!cells()?.querySelector(seen)) return;
    watcher.disconnect();
    document.getElementById('workbench-skeleton')?.remove();
    cells().classList.add('workbench-ready');
  };
  const watcher = new MutationObserver(show);
  watcher.observe(document.body, { childList: true, subtree: true });
})();
