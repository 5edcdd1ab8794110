/**
 * TEST KEYS ONLY. They are public: whoever uses one of them protects nothing.
 *
 * Spellings that only command line tools write. All but the last are one pair:
 *
 *   openssl ecparam -name secp224r1 -genkey -out key.pem
 *   openssl req -x509 -key key.pem -sha256 -out certificate.pem -days 36500 -subj "/CN=TEST KEY"
 *   openssl req -new -key key.pem -sha256 -subj "/CN=TEST KEY" -out request.pem
 *   openssl ec -in key.pem -param_enc explicit -out explicit.pem
 *   openssl pkcs8 -topk8 -nocrypt -in explicit.pem -out explicit-pkcs8.pem
 *   openssl ec -in key.pem -pubout -param_enc explicit -out explicit-public.pem
 *   openssl ec -in key.pem -pubout -conv_form hybrid -out hybrid.pem
 *   ssh-keygen -t ecdsa -b 256 -N '' -C 'TEST KEY' -f openssh
 */

/** What `openssl ecparam -genkey` writes: the curve, and then the key in SEC1. */
export const ecparamPrivateKey = `-----BEGIN EC PARAMETERS-----
BgUrgQQAIQ==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MGgCAQEEHE510UuL99enLdhMB+SGdjPEw+jZjb/jHjoNfe+gBwYFK4EEACGhPAM6
AASLTwsXNB1NfPGLDM1psPIvR/W60vhpxDCez/chvwfSlFFvJaRJBQJV+wDSX0sF
hR96ccnuhjce4Q==
-----END EC PRIVATE KEY-----
`;

/** X.509 version 3. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBajCCARigAwIBAgIUaqehAZ0HglITF+oBFVRpHYGmGOYwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIVEVTVCBLRVkwIBcNMjYxMTIyMTkzNzQwWhgPMjEyNjEwMjkx
OTM3NDBaMBMxETAPBgNVBAMMCFRFU1QgS0VZME4wEAYHKoZIzj0CAQYFK4EEACED
OgAEi08LFzQdTXzxiwzNabDyL0f1utL4acQwns/3Ib8H0pRRbyWkSQUCVfsA0l9L
BYUfenHJ7oY3HuGjUzBRMB0GA1UdDgQWBBRh2HUQuVDp+bP7DT6Ok0T0svIKIjAf
BgNVHSMEGDAWgBRh2HUQuVDp+bP7DT6Ok0T0svIKIjAPBgNVHRMBAf8EBTADAQH/
MAoGCCqGSM49BAMCA0AAMD0CHQChYxnghtyh6qArFqsbaQKxZTAfjpw2M/qXs48S
AhwEGkxen5sU8h21wzUw7+OVSxUDAYlp4Ek+zfh8
-----END CERTIFICATE-----
`;

/** PKCS#10. */
export const certificateRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIG6MGoCAQAwEzERMA8GA1UEAwwIVEVTVCBLRVkwTjAQBgcqhkjOPQIBBgUrgQQA
IQM6AASLTwsXNB1NfPGLDM1psPIvR/W60vhpxDCez/chvwfSlFFvJaRJBQJV+wDS
X0sFhR96ccnuhjce4aAAMAoGCCqGSM49BAMCA0AAMD0CHBLKAtD6OqUXXyk1iylV
BfADx9JfSn7k5gqVnj8CHQDD/Dz+LZGfesVWfTKfEoiJhQKdB4uS276pPky5
-----END CERTIFICATE REQUEST-----
`;

/** SEC1 with the numbers of the curve in place of its name. */
export const explicitSec1 = `-----BEGIN EC PRIVATE KEY-----
MIIBRAIBAQQcTnXRS4v316ct2EwH5IZ2M8TD6NmNv+MeOg1976CB4jCB3wIBATAo
BgcqhkjOPQEBAh0A/////////////////////wAAAAAAAAAAAAAAATBTBBz/////
///////////////+///////////////+BBy0BQqFDASzq/VBMlZQRLC317/YuicL
OUMjVf+0AxUAvXE0R5nVx/zcRbWfo7mrj2qUi8UEOQS3Dgy9a7S/fzITkLlKA8HT
VsIRIjQygNYRXB0hvTdjiLX3I/tMIt/mzUN1oFoHR2RE1YGZhQB+NAIdAP//////
////////////FqLguPA+E90pRVxcKj0CAQGhPAM6AASLTwsXNB1NfPGLDM1psPIv
R/W60vhpxDCez/chvwfSlFFvJaRJBQJV+wDSX0sFhR96ccnuhjce4Q==
-----END EC PRIVATE KEY-----
`;

/** PKCS#8 with the numbers of the curve in place of its name. */
export const explicitPkcs8 = `-----BEGIN PRIVATE KEY-----
MIIBVAIBADCB6wYHKoZIzj0CATCB3wIBATAoBgcqhkjOPQEBAh0A////////////
/////////wAAAAAAAAAAAAAAATBTBBz////////////////////+////////////
///+BBy0BQqFDASzq/VBMlZQRLC317/YuicLOUMjVf+0AxUAvXE0R5nVx/zcRbWf
o7mrj2qUi8UEOQS3Dgy9a7S/fzITkLlKA8HTVsIRIjQygNYRXB0hvTdjiLX3I/tM
It/mzUN1oFoHR2RE1YGZhQB+NAIdAP//////////////////FqLguPA+E90pRVxc
Kj0CAQEEYTBfAgEBBBxOddFLi/fXpy3YTAfkhnYzxMPo2Y2/4x46DX3voTwDOgAE
i08LFzQdTXzxiwzNabDyL0f1utL4acQwns/3Ib8H0pRRbyWkSQUCVfsA0l9LBYUf
enHJ7oY3HuE=
-----END PRIVATE KEY-----
`;

/** SPKI with the numbers of the curve in place of its name. */
export const explicitSpki = `-----BEGIN PUBLIC KEY-----
MIIBKjCB6wYHKoZIzj0CATCB3wIBATAoBgcqhkjOPQEBAh0A////////////////
/////wAAAAAAAAAAAAAAATBTBBz////////////////////+///////////////+
BBy0BQqFDASzq/VBMlZQRLC317/YuicLOUMjVf+0AxUAvXE0R5nVx/zcRbWfo7mr
j2qUi8UEOQS3Dgy9a7S/fzITkLlKA8HTVsIRIjQygNYRXB0hvTdjiLX3I/tMIt/m
zUN1oFoHR2RE1YGZhQB+NAIdAP//////////////////FqLguPA+E90pRVxcKj0C
AQEDOgAEi08LFzQdTXzxiwzNabDyL0f1utL4acQwns/3Ib8H0pRRbyWkSQUCVfsA
0l9LBYUfenHJ7oY3HuE=
-----END PUBLIC KEY-----
`;

/** SPKI with a point in the hybrid form, which RFC 5480 §2.2 forbids. */
export const hybridSpki = `-----BEGIN PUBLIC KEY-----
ME4wEAYHKoZIzj0CAQYFK4EEACEDOgAHi08LFzQdTXzxiwzNabDyL0f1utL4acQw
ns/3Ib8H0pRRbyWkSQUCVfsA0l9LBYUfenHJ7oY3HuE=
-----END PUBLIC KEY-----
`;

/** OpenSSH's own container. */
export const openSshPrivateKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQSMP0t9cYpHoi0bKCeUj/HJZpndJWyj
KJen8j09rQcHnaUqZ/Jd/OdXUZ8R7MtktObEGPxXy+AdfzrgJkcuzJXfAAAAoAUZ45UFGe
OVAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIw/S31xikeiLRso
J5SP8clmmd0lbKMol6fyPT2tBwedpSpn8l3851dRnxHsy2S05sQY/FfL4B1/OuAmRy7Mld
8AAAAgHZCEkk2vHXt9peUF+B82sBa8ZFWrHgpxZFhccevUhAkAAAAIVEVTVCBLRVk=
-----END OPENSSH PRIVATE KEY-----
`;
