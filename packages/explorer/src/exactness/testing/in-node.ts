import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs a built module of this folder in a Node of its own, with `given` on its stdin, and returns what it prints: both JSON. Built
 * code, since the tables are long and the tests' own loader makes every use of an imported constant a call.
 */
export async function inNode(module: string, given: unknown): Promise<unknown> {
  const path = fileURLToPath(new URL(`../../../dist/exactness/testing/${module}.js`, import.meta.url))
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [path], { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: 220_000 })
  const printed: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
  child.stdin.end(JSON.stringify(given))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) throw new Error(`${path} ended with ${code}`)
  return JSON.parse(Buffer.concat(printed).toString())
}

/** The input of such a module. */
export async function input(): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}
