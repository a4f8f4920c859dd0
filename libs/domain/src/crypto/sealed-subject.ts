/** What a sealed box belongs to: the associated data, so that a box that is moved to another row does not open. */
export const sealedSubject = {
  /** @param origin of the git host, from `credentialOrigin`: the box opens for no other. */
  gitCredentials: (projectId: string, origin: string) => `git-credentials:${projectId}:${origin}`,
  /** Credentials of the git host from before they belonged to an origin. The API seals them again. */
  unboundGitCredentials: (projectId: string) => `git-credentials:${projectId}`,
  oidcAttempt: () => 'oidc-attempt',
  hookSecret: (hookSecretId: string) => `hook-secret:${hookSecretId}`,
  projectSecret: (projectId: string, name: string) => `project-secret:${projectId}:${name}`,
  registryCredential: (projectId: string, host: string) => `registry-credential:${projectId}:${host}`,
  registryToken: (attemptId: string) => `registry-token:${attemptId}`,
  signingKey: (projectId: string) => `signing-key:${projectId}`,
} as const;
