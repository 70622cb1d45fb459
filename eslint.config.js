import js from '@eslint/js';
import globals from 'globals';

export default [
  {ignores: ['.venv/', 'runs/', 'test-output/']},
  js.configs.recommended,
  {
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {'prefer-const': 'error', 'no-var': 'error', eqeqeq: 'error'},
  },
  {files: ['app/**/*.js'], languageOptions: {globals: globals.browser}},
  {
    // Gradio runs this text inside a function of its own.
    files: ['app/components/*.js', 'app/compare/*.js', 'app/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: {
        element: 'readonly',
        props: 'readonly',
        watch: 'readonly',
        upload: 'readonly',
        trigger: 'readonly',
        Plotly: 'readonly',
      },
    },
  },
  {files: ['tests/**/*.js'], languageOptions: {globals: globals.node}},
];
