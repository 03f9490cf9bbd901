// Light or dark: as the system says, until somebody chooses. A classic script, so that the first paint is right.

(() => {
  const NAMES = { auto: "as the system", light: "light", dark: "dark" };
  const AFTER = { auto: "light", light: "dark", dark: "auto" };

  function chosen() {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // a browser that keeps nothing
    }
  }

  function show(theme) {
    document.documentElement.dataset.theme = theme;
  }

  window.playgroundTheme = {
    words: () => `Colours: ${NAMES[chosen()]}. Change to ${NAMES[AFTER[chosen()]]}`,
    next: () => {
      const theme = AFTER[chosen()];
      try {
        localStorage.setItem("theme", theme);
      } catch {
        // it holds for this page only
      }
      show(theme);
    },
  };
  show(chosen());
})();
