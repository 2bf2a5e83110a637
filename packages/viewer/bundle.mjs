/** Makes dist/page.html, the page without its data: the script and the style sheet in one file that needs nothing else. */
import { readFile, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

const at = (path) => new URL(path, import.meta.url).pathname

const [script, style] = await Promise.all([
  build({
    entryPoints: [at('src/page/main.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    minify: true,
    charset: 'utf8',
    logLevel: 'warning',
  }),
  build({
    entryPoints: [at('src/page/style.css')],
    bundle: true,
    write: false,
    minify: true,
    logLevel: 'warning',
  }),
])
const template = await readFile(at('src/page/page.html'), 'utf8')
const page = template
  .replace('<!--style-->', () => style.outputFiles[0].text.trim())
  .replace('<!--script-->', () => script.outputFiles[0].text.trim().replaceAll('</script', '<\\/script'))
await writeFile(at('dist/page.html'), page)
