/** Error numbers of sys/errno.h that the memory system returns; 0 is success. */
export const ENOMEM = 12
export const EACCES = 13
export const EFAULT = 14
export const EINVAL = 22
export const EAGAIN = 35
/** uvm_fault: start again. Never leaves the fault code. */
export const ERESTART = -3
