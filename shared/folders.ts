/**
 * Whether a call's folder is this one or below it, with either slash; the case is that of the path. A call of no known folder
 * is in none.
 */
export function isWithin(folder: string, path: string): boolean {
  const base = folder.replace(/[/\\]+$/, '');
  return path !== '' && (path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`));
}
