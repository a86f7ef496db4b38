/** ABI of Node 24: the native packages crash an older one while loading. */
const MIN_MODULES_ABI = 137;

/**
 * The sentence to stop with when this runtime is too old, else null. Imports nothing: it must run before any module that
 * loads a native package, so an entry calls it and only then imports the rest.
 */
export function tooOldRuntime(versions: { readonly node: string; readonly modules: string }): string | null {
  if (Number(versions.modules) >= MIN_MODULES_ABI) return null;
  return `Keyharbor needs Node 24; this is Node ${versions.node}. Nothing was started. Install Node 24, or run it through ./cli/keyharbor or npm, which bring their own.`;
}
