/** This process's environment for {@link readSettings} or a child process; `variables` win over it, it wins over `defaults`. */
export function environmentWith(
  variables: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env, ...variables };
}
