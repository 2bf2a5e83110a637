import { CALLS_MODULE } from './emit.js'
import type { Module } from './modules.js'

/**
 * The module that the bundle starts from. It exports
 *
 *   what each entry exports     but for names that two entries give to different things, as `export *` does
 *   $entries                    the namespaces of the entries, in order
 *   $calls                      { site }: the site of the call whose callee was yielded last
 *   $generatorMethods           names of operations of tables whose implementations are generators: a table that comes
 *                               from outside the program must be so too
 */
export function entryModule(
  modules: ReadonlyMap<string, Module>,
  entries: readonly string[],
  generatorMethods: readonly string[],
): string {
  const lines: string[] = []
  const defaults = entries.filter((path) => modules.get(path)?.exports.has('default') === true)
  for (const [at, path] of entries.entries()) {
    const from = `from ${JSON.stringify(path)}`
    lines.push(`import * as $entry${at} ${from}`, `export * ${from}`)
    if (defaults.length === 1 && defaults[0] === path) lines.push(`export { default } ${from}`)
  }
  lines.push(`export const $entries = [${entries.map((_, at) => `$entry${at}`).join(', ')}]`)
  lines.push(`export { $calls } from '${CALLS_MODULE}'`)
  lines.push(`export const $generatorMethods = ${JSON.stringify(generatorMethods)}`)
  return lines.join('\n')
}
