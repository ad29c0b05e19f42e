// The browser side, and what checks it without a browser.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-unused-vars": ["error", { ignoreRestSiblings: true }], // { left, out, ...rest }
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["assets/{stage,learn}/**/*.js"], languageOptions: { globals: { ...globals.browser, Plotly: "readonly" } } },
  { files: ["tests/js/*.js"], languageOptions: { globals: globals.node } },
];
