//gsoap ns service name: connection
//gsoap ns service namespace: urn:gatewatch:connection
int ns__knock(int *open);
