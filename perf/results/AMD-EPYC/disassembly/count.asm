; Assembly listing for method Fast.PageTables.LeafFill:Count(byref,nuint):ulong (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data
; 0 inlinees with PGO data; 1 single block inlinees; 0 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       mov      rbp, rsp

G_M000_IG02:                ;; offset=0x0004
       xor      eax, eax
       vxorps   ymm0, ymm0, ymm0
       vxorps   ymm1, ymm1, ymm1
       cmp      rsi, 32
       jb       SHORT G_M000_IG04
       align    [0 bytes for IG03]

G_M000_IG03:                ;; offset=0x0014
       vmovups  zmm2, zmmword ptr [rdi+8*rax]
       vptestnmq k1, zmm2, zmm2
       vpmovm2q zmm2, k1
       vpsubq   zmm1, zmm1, zmm2
       vmovups  zmm2, zmmword ptr [rdi+8*rax+0x40]
       vptestnmq k1, zmm2, zmm2
       vpmovm2q zmm2, k1
       vpsubq   zmm0, zmm0, zmm2
       vmovups  zmm2, zmmword ptr [rdi+8*rax+0x80]
       vptestnmq k1, zmm2, zmm2
       vpmovm2q zmm2, k1
       vpsubq   zmm1, zmm1, zmm2
       vmovups  zmm2, zmmword ptr [rdi+8*rax+0xC0]
       vptestnmq k1, zmm2, zmm2
       vpmovm2q zmm2, k1
       vpsubq   zmm0, zmm0, zmm2
       add      rax, 32
       mov      rcx, rsi
       sub      rcx, rax
       cmp      rcx, 32
       jae      SHORT G_M000_IG03

G_M000_IG04:                ;; offset=0x008B
       vpaddq   zmm0, zmm1, zmm0
       vmovaps  zmm1, zmm0
       vextracti64x4 ymm0, zmm0, 1
       vpaddq   ymm0, ymm0, ymm1
       vmovaps  ymm1, ymm0
       vextracti128 xmm0, ymm0
       vpaddq   xmm0, xmm0, xmm1
       vpsrldq  xmm1, xmm0, 8
       vpaddq   xmm0, xmm1, xmm0
       vmovq    rcx, xmm0
       cmp      rax, rsi
       jae      SHORT G_M000_IG06
       align    [0 bytes for IG05]

G_M000_IG05:                ;; offset=0x00C3
       cmp      qword ptr [rdi+8*rax], 0
       sete     dl
       movzx    rdx, dl
       add      rcx, rdx
       inc      rax
       cmp      rax, rsi
       jb       SHORT G_M000_IG05

G_M000_IG06:                ;; offset=0x00D9
       mov      rax, rsi
       sub      rax, rcx

G_M000_IG07:                ;; offset=0x00DF
       vzeroupper
       pop      rbp
       ret

; Total bytes of code 228
