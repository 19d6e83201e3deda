// Stands in for MathJax, which is not shipped: formulas stay as they were written.
window.MathJax = {
  Ajax: {},
  Hub: {
    config: {},
    Config() {},
    Configured() {},
    Queue() {},
    Register: { StartupHook() {} },
  },
};
