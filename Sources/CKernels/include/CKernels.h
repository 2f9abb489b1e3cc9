#ifndef PERCEPT_CKERNELS_H
#define PERCEPT_CKERNELS_H

#include "CKernelsImage.h"
#include "CKernelsOverlapSave.h"
#include "CKernelsResampling.h"

#endif
