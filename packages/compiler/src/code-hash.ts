import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hash } from './hash.js'

/**
 * Hash of what a bundle does: its code without comments, so that it is the same wherever the sources lie. `names` gives what in the text depends on the host
 * (URLs left as imports) a name that does not. Throws what reading the file throws.
 */
export function codeHash(bundle: string, names: Readonly<Record<string, string>> = {}): string {
  let code = readFileSync(fileURLToPath(bundle), 'utf8')
  for (const [text, name] of Object.entries(names)) code = code.replaceAll(text, name)
  return hash([code.replace(/^\/\/.*$/gm, '')])
}
