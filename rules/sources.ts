/** The project's own sources, parsed: what the repository's rules are checked against. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

export const ROOT = join(import.meta.dirname, '..')

/** Packages in the order of imports: each may import only those before it. */
export const PACKAGES = [
  'atomics-sync',
  'compiler',
  'explorer',
  'mm',
  'kernel',
  'cpu',
  'viewer',
  'harness',
] as const

/** An ESTree node, as far as these rules look. */
export interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

export interface Source {
  /** Path from the root of the repository. */
  path: string
  /** Name of the package it belongs to. */
  pkg: string
  text: string
  program: Node
}

/** Every source file of the packages; tests and what exists for tests only on demand. */
export function sources(options: { tests?: boolean } = {}): Source[] {
  return PACKAGES.flatMap((pkg) =>
    readdirSync(join(ROOT, 'packages', pkg, 'src'), { recursive: true, encoding: 'utf8' }).map(
      (path) => `packages/${pkg}/src/${path.replaceAll('\\', '/')}`,
    ),
  )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .filter((path) => options.tests === true || !isTest(path))
    .sort()
    .map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** A source file with this text, parsed. */
export function sourceOf(path: string, text: string): Source {
  return {
    path,
    pkg: path.split('/')[1] ?? '',
    text,
    program: parseSync(path, text).program as unknown as Node,
  }
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/')
}

/** Calls `visit` on every node, with its ancestors, outermost first. */
export function walk(node: Node, visit: (node: Node, ancestors: readonly Node[]) => void): void {
  const step = (at: Node, ancestors: Node[]): void => {
    visit(at, ancestors)
    const inner = [...ancestors, at]
    for (const value of Object.values(at)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) step(child, inner)
      }
    }
  }
  step(node, [])
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** `file:line` of a node. */
export function place(source: Source, node: Node): string {
  return `${source.path}:${source.text.slice(0, node.start).split('\n').length}`
}
