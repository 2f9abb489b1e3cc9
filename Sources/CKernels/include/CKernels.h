#ifndef PERCEPT_CKERNELS_H
#define PERCEPT_CKERNELS_H

#include "CKernelsFLAC.h"
#include "CKernelsFLACEncoding.h"
#include "CKernelsHashing.h"
#include "CKernelsImage.h"
#include "CKernelsOverlapSave.h"
#include "CKernelsPowerSpectrum.h"
#include "CKernelsResampling.h"
#include "CKernelsSelection.h"

#endif
