/** Writes all of `text` before it returns to its caller, whatever stdout is. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`, (error) =>
      error ? reject(error) : resolve(),
    )
  })
}

/** One JSON object, on one line. */
export function printJson(value: object): Promise<void> {
  return print(JSON.stringify(value))
}
