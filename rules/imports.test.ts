import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKAGES, ROOT, type Node, place, sources, walk } from './sources.js'

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>
}

function before(pkg: string): string[] {
  return PACKAGES.slice(0, PACKAGES.indexOf(pkg as (typeof PACKAGES)[number])).map(
    (name) => `@holdfast/${name}`,
  )
}

test('imports between packages go one way, and only where package.json and tsconfig.json say', () => {
  const wrong: string[] = []
  for (const pkg of PACKAGES) {
    const dependencies = Object.keys(json(`packages/${pkg}/package.json`)['dependencies'] ?? {})
    const references = (
      (json(`packages/${pkg}/tsconfig.json`)['references'] ?? []) as { path: string }[]
    ).map(({ path }) => `@holdfast/${path.split('/').at(-1)}`)
    const own = dependencies.filter((name) => name.startsWith('@holdfast/'))
    for (const name of own) {
      if (!before(pkg).includes(name)) wrong.push(`packages/${pkg}/package.json depends on ${name}`)
    }
    expect([...references].sort(), `references of ${pkg}`).toEqual([...own].sort())
  }
  for (const source of sources({ tests: true })) {
    walk(source.program, (node) => {
      const from = (node['source'] as Node | undefined)?.['value']
      if (!/^(Import|Export)/.test(node.type) || typeof from !== 'string') return
      if (from.startsWith('@holdfast/') && !before(source.pkg).includes(from)) {
        wrong.push(`${place(source, node)} imports ${from}`)
      }
      if (from.startsWith('.') && from.includes('packages/'))
        wrong.push(`${place(source, node)} imports ${from}`)
    })
  }
  expect(wrong).toEqual([])
})

test('no package exports by a star, and every index lists its names by hand', () => {
  const stars = sources({ tests: true }).flatMap((source) => {
    const found: string[] = []
    walk(source.program, (node) => {
      if (node.type === 'ExportAllDeclaration') found.push(place(source, node))
    })
    return found
  })
  expect(stars).toEqual([])
})
