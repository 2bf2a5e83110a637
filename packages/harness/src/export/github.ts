/** Something that GitHub is to show at a line of a file, or at none. */
export interface Annotation {
  readonly title: string
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** Workflow commands that make GitHub Actions annotate the files: `::error file=x.ts,line=3,title=panic::message`. */
export function githubAnnotations(annotations: readonly Annotation[]): string {
  return annotations
    .map(({ title, message, file, line, column }) => {
      const properties = { file, line, col: column, title }
      const given = Object.entries(properties).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${property(String(value))}`],
      )
      return `::error ${given.join(',')}::${data(message)}\n`
    })
    .join('')
}

/** Whether this runs as a step of a GitHub workflow. */
export function isOnGithub(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['GITHUB_ACTIONS'] === 'true'
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
