/** `foregate init`: files to begin with. None that is there already is touched. */

import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

import { version } from "./version.ts";

export type Starter = "config" | "typescript" | "systemd" | "docker" | "compose";

interface File {
  readonly name: string;
  readonly text: string;
  /** What to do with it. */
  readonly next: string;
}

const schemaFile = "./node_modules/foregate/schema.json";

/** What tells editors of the schema of a file in YAML; nothing where there is no schema. */
function schemaLineFor(folder: string): string {
  const isThere = existsSync(resolve(folder, schemaFile));
  return isThere ? `# yaml-language-server: $schema=${schemaFile}\n` : "";
}

const example = `# What may stand here: docs/config.md of the package.
# Is it right? foregate check -c foregate.yaml
listen: 8080

sites:
  # Any host; or a name such as example.com, or "*.example.com".
  "*":
    routes:
      # /api/users goes to port 4000 as /users.
      - { path: /api/*, strip: /api, proxy: "localhost:4000" }
      # Everything else.
      - { proxy: "localhost:3000" }
`;

const config = (folder: string): File => ({
  name: "foregate.yaml",
  text: schemaLineFor(folder) + example,
  // By its name: root's config is not looked for in this folder.
  next: "foregate check -c foregate.yaml && foregate run -c foregate.yaml",
});

const typescript: File = {
  name: "foregate.config.ts",
  text: `// What may stand here: docs/config.md of the package. Is it right? foregate check -c FILE
import { defineConfig } from "foregate";

export default defineConfig({
  listen: 8080,
  sites: {
    // Any host; or a name such as example.com, or "*.example.com".
    "*": {
      routes: [
        // /api/users goes to port 4000 as /users.
        { path: "/api/*", strip: "/api", proxy: "localhost:4000" },
        // Everything else.
        { proxy: "localhost:3000" },
      ],
    },
  },
});
`,
  next: "foregate check -c foregate.config.ts && foregate run -c foregate.config.ts",
};

const systemd: File = {
  name: "foregate.service",
  text: `[Unit]
Description=Foregate, a reverse proxy
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
# systemd-notify speaks for the program.
NotifyAccess=all
ExecStart=/usr/bin/env foregate run -c /etc/foregate/foregate.yaml
# Waits until every worker has it. A wrong config changes nothing: this fails, and says why.
ExecReload=/usr/bin/env foregate reload -c /etc/foregate/foregate.yaml
# Where the kernel lets it, who waits to be accepted moves to another worker when one is replaced.
ExecStartPre=-+/usr/sbin/sysctl -q -w net.ipv4.tcp_migrate_req=1
# A wrong command line or config does not get right by starting again.
RestartPreventExitStatus=2 3
Restart=on-failure
WatchdogSec=30
TimeoutStopSec=45
LimitNOFILE=65536
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
ConfigurationDirectory=foregate
RuntimeDirectory=foregate
LogsDirectory=foregate
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
CacheDirectory=foregate
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
`,
  next: "sudo cp foregate.service /etc/systemd/system/ && sudo systemctl enable --now foregate",
};

const docker = (): File => ({
  name: "Dockerfile",
  text: `FROM node:26-slim
RUN npm install --global --ignore-scripts foregate@${version()}
COPY foregate.yaml /etc/foregate/foregate.yaml
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["foregate", "status", "-c", "/etc/foregate/foregate.yaml"]
ENTRYPOINT ["foregate"]
CMD ["run", "-c", "/etc/foregate/foregate.yaml"]
`,
  next: "docker build -t foregate . && docker run -p 8080:8080 foregate",
});

const compose: File = {
  name: "compose.yaml",
  text: `# The Dockerfile beside it: foregate init docker
services:
  foregate:
    build: .
    ports: ["8080:8080"]
    # Changed there: docker compose exec foregate foregate reload -c /etc/foregate/foregate.yaml
    volumes: ["./foregate.yaml:/etc/foregate/foregate.yaml:ro", "spool:/var/tmp"]
    restart: unless-stopped
    stop_grace_period: 45s
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    # Who waits to be accepted moves to another worker when one is replaced.
    sysctls: { net.ipv4.tcp_migrate_req: "1" }

volumes:
  spool: {}
`,
  next: "docker compose up --build",
};

function fileOf(starter: Starter, folder: string): File {
  switch (starter) {
    case "config":
      return config(folder);
    case "typescript":
      return typescript;
    case "systemd":
      return systemd;
    case "docker":
      return docker();
    case "compose":
      return compose;
  }
}

/** Writes the file into the folder. `written` is undefined if one of this name was there. */
export function writeStarter(
  starter: Starter,
  folder: string,
): { readonly name: string; readonly written: string | undefined; readonly next: string } {
  const { name, text, next } = fileOf(starter, folder);
  const path = resolve(folder, name);
  try {
    // Made only if it is not there, and in one step: nobody's file is overwritten.
    writeFileSync(path, text, { flag: "wx" });
    return { name, written: path, next };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { name, written: undefined, next };
  }
}
