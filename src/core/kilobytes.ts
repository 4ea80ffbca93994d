/** A size as people read it, rounded up: `257 KB`, `4,883 KB`. */
export function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString("en-US")} KB`;
}
