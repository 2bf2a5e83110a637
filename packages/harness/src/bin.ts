#!/usr/bin/env node
import { main } from './cli/main.js'
import { EXIT_USAGE } from './cli/run-command.js'
import { tellError } from './cli/tell-error.js'

/** As of a process that SIGPIPE has ended: nothing is said about whether something was found. */
const EXIT_CLOSED_PIPE = 141

// A reader that has seen enough closes the pipe: that is no fault of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CLOSED_PIPE)
    // Of stderr nobody can be told.
    if (stream === process.stdout) tellError({ message: `stdout: cannot be written: ${error.message}` })
    process.exit(EXIT_USAGE)
  })

process.exit(await main(process.argv.slice(2)))
