import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Import direction (docs/architecture.md): what a folder must not import. */
const deny = (folders, regex) => ({
  files: folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex, message: 'Import direction: see docs/architecture.md.' }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'tests/fixtures/**', '.cache/**', 'test-results/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.shared.json',
          './tsconfig.node.json',
          './tsconfig.renderer.json',
          './tsconfig.tests.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-eval': 'error',
      'no-restricted-syntax': [
        'error',
        // db.serialize() hands out plain pages of an encrypted file (SECURITY-DESIGN.md section 4).
        {
          selector: "CallExpression[callee.property.name='serialize'][callee.object.name=/db|database/i]",
          message: 'serialize() returns plain pages.',
        },
        {
          selector: 'MemberExpression[property.name=/^argon2(Sync)?$/][object.name=/crypto/]',
          message: 'crypto.argon2 is absent in Electron.',
        },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'No markup from strings.' },
      ],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  deny(['shared'], '^(electron|node:)|/(electron|renderer|cli)/'),
  deny(['renderer'], '^(electron|node:)|/(electron|cli)/'),
  deny(['electron/core'], '^electron(/|$)|/(hosts|rpc|renderer|cli)/'),
  deny(['electron/rpc'], '/(hosts|renderer|cli)/'),
  deny(['electron/hosts/desktop'], '/(renderer|cli|browser|headless)/'),
  deny(
    ['electron/hosts/browser', 'electron/hosts/headless', 'electron/hosts/common'],
    '^electron(/|$)|/(desktop|renderer|cli)/',
  ),
  deny(['cli'], '^electron(/|$)|/(core|rpc|desktop|browser|renderer)/'),
);
