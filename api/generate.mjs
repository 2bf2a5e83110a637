/** Writes docs/api. Says what is wrong with the doc comments, and then exits 1. With `--check` it writes nothing. */
import { Application, TSConfigReader, TypeDocReader } from 'typedoc'
import { PACKAGES } from './typedoc.config.mjs'

const app = await Application.bootstrapWithPlugins({}, [new TypeDocReader(), new TSConfigReader()])
const project = await app.convert()
if (project === undefined) process.exit(1)
for (const module of project.children) module.name = `@holdfast/${module.name.replace('/src', '')}`
app.validate(project)
// Typedoc looks for types that are not exported in the package that the project is of: it is of one after the other.
app.options.setValue('validation', { notExported: true, invalidLink: false, notDocumented: false })
for (const [name, internal] of Object.entries(PACKAGES)) {
  project.packageName = `@holdfast/${name}`
  app.options.setValue('intentionallyNotExported', internal)
  app.validate(project)
}
project.packageName = undefined
if (!process.argv.includes('--check')) await app.generateOutputs(project)
const { errorCount, warningCount, validationWarningCount } = app.logger
process.exitCode = errorCount + warningCount + validationWarningCount > 0 ? 1 : 0
