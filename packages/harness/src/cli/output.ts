/** Writes all of `text` before it returns to its caller, whatever stdout is. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`, (error) =>
      error ? reject(error) : resolve(),
    )
  })
}

/** Characters of a line, if stdout is a terminal: what goes elsewhere may be as wide as it is. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined
}

/** One JSON object, on one line. */
export function printJson(value: object): Promise<void> {
  return print(JSON.stringify(value))
}
