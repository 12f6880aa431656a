/* A CWMP connection-request door built on gSOAP, as gateway makers build theirs.
 *
 *   connection ADDRESS PORT [REALM]
 *
 * Without a realm nothing handles GET, so the library answers 405 with a SOAP fault; with one
 * every GET is challenged. One process per connection, so that a silent peer holds up no other.
 */
#include "soapH.h"
#include "connection.nsmap"
#include <signal.h>
#include <unistd.h>

static const char *realm;

int ns__knock(struct soap *soap, int *open) { (void)soap; *open = 1; return SOAP_OK; }

static int challenge(struct soap *soap) { soap->authrealm = realm; return 401; }

int main(int argc, char **argv) {
  struct soap *soap = soap_new();
  if (argc < 3) return 2;
  realm = argv[3];
  if (realm) soap->fget = challenge;
  soap->recv_timeout = soap->send_timeout = 20; /* nmap waits 6 s for a greeting */
  soap->bind_flags = SO_REUSEADDR;
  signal(SIGCHLD, SIG_IGN);
  if (!soap_valid_socket(soap_bind(soap, argv[1], atoi(argv[2]), 64))) return 1;
  while (soap_valid_socket(soap_accept(soap))) {
    if (fork() == 0) return soap_serve(soap);
    close(soap->socket); /* soap_closesock would shut the child's connection down */
  }
  return 1;
}
