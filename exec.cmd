@rem npm scripts say "exec node ..." so that signals reach node itself; on Windows, where the shell knows no exec, this file stands in.
@%*
