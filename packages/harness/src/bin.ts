#!/usr/bin/env node
import { main } from './cli/main.js'

/** As of a process that SIGPIPE has ended: nothing is said about whether something was found. */
const EXIT_CLOSED_PIPE = 141

// A reader that has seen enough closes the pipe: that is no fault of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CLOSED_PIPE)
    throw error
  })

process.exit(await main(process.argv.slice(2)))
