/** Whether a path is this one, whatever stands before it. @param end - without a slash at its beginning. */
export function endsInPath(path: string, end: string): boolean {
  return path.endsWith(end) && (path.length === end.length || path.charAt(path.length - end.length - 1) === '/');
}
