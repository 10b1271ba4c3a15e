/**
 * What other proxies call things that have another name here: whoever brings a config along is told
 * where each of its lines belongs. Sources: the directives of nginx, HAProxy and Caddy.
 */

const names: Readonly<Record<string, string>> = {
  access_log: "`logs.access`",
  add_header: "`headers.response.add`",
  auth_basic: "`access.basic`",
  backend: "`pools`",
  bind: "`listen`",
  client_body_buffer_size: "`buffer.request` of a route",
  client_body_timeout: "`timeouts.bodyGrace` and `timeouts.bodyRate`",
  client_header_timeout: "`timeouts.head`",
  client_max_body_size: "`limits.body` of a route",
  error_log: "`logs.events`",
  error_page: "`errors`",
  frontend: "`listen` and `sites`",
  handle_errors: "`errors`",
  handle_path: "a route with `path` and `strip`",
  header_up: "`headers.request`",
  header_down: "`headers.response`",
  keepalive_timeout: "`timeouts.keepAlive`",
  large_client_header_buffers: "`limits.head` and `limits.field`",
  limit_rate: "`limits.bandwidth` of a route",
  limit_rate_after: "`limits.bandwidth.after` of a route",
  location: "a route with `path`",
  maxconn: "`limits.connections`",
  proxy_add_header: "`headers.request.add`",
  proxy_buffering: "`buffer.response` of a route",
  proxy_connect_timeout: "`timeouts.connect`",
  proxy_hide_header: "`headers.response.remove`",
  proxy_max_temp_file_size: "`buffer.response` of a route, and `buffer.disk` at the top",
  proxy_pass: "`proxy`",
  proxy_protocol: "`proxyProtocol`",
  proxy_read_timeout: "`timeouts.firstByte` and `timeouts.idle`",
  proxy_request_buffering: "`buffer.request` of a route",
  proxy_set_header: "`headers.request.set`",
  proxy_temp_path: "`buffer.directory` at the top",
  read_timeout: "`timeouts.firstByte` and `timeouts.idle`",
  request_body: "`limits.body` of a route",
  request_buffers: "`buffer.request` of a route",
  response_buffers: "`buffer.response` of a route",
  response_header_timeout: "`timeouts.firstByte`",
  return: "`respond` or `redirect`",
  reverse_proxy: "`proxy`",
  send_timeout: "`timeouts.write`",
  server: "`sites`, or `to` of a pool",
  server_name: "the names under `sites`",
  set_real_ip_from: "`trust`",
  trusted_proxies: "`trust`",
  upstream: "`pools`",
  uri: "`strip` or `replace`",
  worker_connections: "`limits.connections`",
  worker_processes: "`workers`",
};

/** Where it belongs here; undefined: nobody else's name either. */
export function nameHere(key: string): string | undefined {
  const name = key.replaceAll("-", "_").toLowerCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
