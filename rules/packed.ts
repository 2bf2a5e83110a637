/** The packages as somebody who installs them has them: packed, and unpacked into a folder of node_modules. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PACKAGES, ROOT } from './sources.js'

const exec = promisify(execFile)

export type PackageName = (typeof PACKAGES)[number]

/** What a package.json says, as far as this looks. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Packs every package into `folder`, one after the other. Returns the tarball of each. */
export async function packAll(folder: string): Promise<ReadonlyMap<PackageName, string>> {
  const [command, ...args] = pnpm()
  mkdirSync(folder)
  await exec(
    command,
    [
      ...args,
      '-r',
      '--workspace-concurrency=1',
      '--filter=./packages/*',
      'pack',
      '--pack-destination',
      folder,
    ],
    { cwd: ROOT, timeout: 240_000, maxBuffer: 1 << 24 },
  )
  const files = readdirSync(folder)
  return new Map(
    PACKAGES.map((name) => {
      const file = files.find((each) => /^holdfast-(.+)-\d[^-]*\.tgz$/.exec(each)?.[1] === name)
      if (file === undefined) throw new Error(`${name} was not packed; there are ${files.join(', ')}`)
      return [name, join(folder, file)]
    }),
  )
}

/** The pnpm that runs this, or the one that the README says. */
function pnpm(): [string, ...string[]] {
  const running = process.env['npm_execpath']
  if (running?.includes('pnpm') === true) return [process.execPath, running]
  return ['npx', '-y', 'pnpm@10.34.9']
}

/**
 * A project in `folder` with these packages and nothing else of Holdfast, as npm would install them: those that are packed are copies; of others
 * each dependency that a package.json names is a link to what the workspace has. Throws Error if a dependency is packed but not among `names`.
 */
export async function install(
  folder: string,
  tarballs: ReadonlyMap<PackageName, string>,
  names: readonly PackageName[],
): Promise<void> {
  mkdirSync(join(folder, 'node_modules/@holdfast'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  for (const name of names) {
    const at = join(folder, 'node_modules/@holdfast', name)
    mkdirSync(at)
    await exec('tar', ['-xzf', tarballs.get(name) ?? '', '-C', at, '--strip-components=1'])
    for (const dependency of Object.keys(manifestIn(at).dependencies ?? {})) {
      if (!dependency.startsWith('@holdfast/')) link(folder, dependency, join(ROOT, 'packages', name))
      else if (!names.includes(dependency.slice('@holdfast/'.length) as PackageName))
        throw new Error(`${name} depends on ${dependency}, which is not installed`)
    }
  }
}

/** Links the package `name` into the project in `folder`, from the node_modules of the workspace's `from`. */
export function link(folder: string, name: string, from: string): void {
  const at = join(folder, 'node_modules', name)
  if (existsSync(at)) return
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(join(from, 'node_modules', name), at)
}

export function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
