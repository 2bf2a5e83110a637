/** How a report is to look on a stream: as wide as the terminal, and coloured if that is wanted. */
export function paperOf(stream: NodeJS.WriteStream): { width: number; colour: boolean } {
  const colour = stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
  return { width: stream.columns ?? 120, colour }
}
